#include "analyzer/logs/postgres_labels.h"

#include <algorithm>
#include <array>
#include <vector>

#include "analyzer/logs/text.h"

namespace gridlock::logs {
namespace {

struct Words {
  std::string_view text;
  Label label;
};

constexpr std::array words{
    Words{"ATTENTION", Label::severity},
    Words{"ATTENZIONE", Label::severity},
    Words{"AVISO", Label::severity},
    Words{"BİLGİ", Label::severity},
    Words{"BŁĄD", Label::severity},
    Words{"DEBUG", Label::severity},
    Words{"DEPURAÇÃO", Label::severity},
    Words{"DZIENNIK", Label::severity},
    Words{"ERREUR", Label::severity},
    Words{"ERRO", Label::severity},
    Words{"ERROR", Label::severity},
    Words{"ERRORE", Label::severity},
    Words{"FATAL", Label::severity},
    Words{"FATALE", Label::severity},
    Words{"FATALT", Label::severity},
    Words{"FEHLER", Label::severity},
    Words{"FEL", Label::severity},
    Words{"HATA", Label::severity},
    Words{"HINWEIS", Label::severity},
    Words{"INFO", Label::severity},
    Words{"INFORMACJA", Label::severity},
    Words{"KATASTROFALNY", Label::severity},
    Words{"KRİTİK", Label::severity},
    Words{"LOG", Label::severity},
    Words{"LOGG", Label::severity},
    Words{"NOT", Label::severity},
    Words{"NOTA", Label::severity},
    Words{"NOTICE", Label::severity},
    Words{"NOTIFICA", Label::severity},
    Words{"NOTIS", Label::severity},
    Words{"OSTRZEŻENIE", Label::severity},
    Words{"PANIC", Label::severity},
    Words{"PANICO", Label::severity},
    Words{"PANIK", Label::severity},
    Words{"PANIKA", Label::severity},
    Words{"PERINGATAN", Label::severity},
    Words{"PÂNICO", Label::severity},
    Words{"UWAGA", Label::severity},
    Words{"UYARI", Label::severity},
    Words{"VARNING", Label::severity},
    Words{"WARNING", Label::severity},
    Words{"WARNUNG", Label::severity},
    Words{"ÖLÜMCÜL (FATAL)", Label::severity},
    Words{"ІНФОРМАЦІЯ", Label::severity},
    Words{"ВАЖНО", Label::severity},
    Words{"ЗАМЕЧАНИЕ", Label::severity},
    Words{"ЗАПИСУВАННЯ", Label::severity},
    Words{"ИНФОРМАЦИЯ", Label::severity},
    Words{"НАЛАГОДЖЕННЯ", Label::severity},
    Words{"ОТЛАДКА", Label::severity},
    Words{"ОШИБКА", Label::severity},
    Words{"ПАНІКА", Label::severity},
    Words{"ПАНИКА", Label::severity},
    Words{"ПОВІДОМЛЕННЯ", Label::severity},
    Words{"ПОМИЛКА", Label::severity},
    Words{"ПОПЕРЕДЖЕННЯ", Label::severity},
    Words{"ПРЕДУПРЕЖДЕНИЕ", Label::severity},
    Words{"СООБЩЕНИЕ", Label::severity},
    Words{"ФАТАЛЬНО", Label::severity},
    Words{"გამართვა", Label::severity},
    Words{"გაფრთხილება", Label::severity},
    Words{"ინფორმაცია", Label::severity},
    Words{"პანიკა", Label::severity},
    Words{"ჟურნალი", Label::severity},
    Words{"ფატალური", Label::severity},
    Words{"შეცდომა", Label::severity},
    Words{"信息", Label::severity},
    Words{"日志", Label::severity},
    Words{"比致命错误还过分的错误", Label::severity},
    Words{"注意", Label::severity},
    Words{"致命错误", Label::severity},
    Words{"警告", Label::severity},
    Words{"调试", Label::severity},
    Words{"错误", Label::severity},
    Words{"경고", Label::severity},
    Words{"디버그", Label::severity},
    Words{"로그", Label::severity},
    Words{"손상", Label::severity},
    Words{"알림", Label::severity},
    Words{"오류", Label::severity},
    Words{"정보", Label::severity},
    Words{"치명적오류", Label::severity},
    Words{"AYRINTI", Label::detail},
    Words{"DETAIL", Label::detail},
    Words{"DETALHE", Label::detail},
    Words{"DETALJ", Label::detail},
    Words{"DETALLE", Label::detail},
    Words{"DETIL", Label::detail},
    Words{"DETTAGLI", Label::detail},
    Words{"DÉTAIL", Label::detail},
    Words{"SZCZEGÓŁY", Label::detail},
    Words{"ВІДОМОСТІ", Label::detail},
    Words{"ПОДРОБНОСТИ", Label::detail},
    Words{"დეტალები", Label::detail},
    Words{"詳細", Label::detail},
    Words{"详细信息", Label::detail},
    Words{"상세정보", Label::detail},
    Words{"ASTUCE", Label::hint},
    Words{"DICA", Label::hint},
    Words{"HINT", Label::hint},
    Words{"PETUNJUK", Label::hint},
    Words{"PODPOWIEDŹ", Label::hint},
    Words{"SUGGERIMENTO", Label::hint},
    Words{"TIPP", Label::hint},
    Words{"TIPS", Label::hint},
    Words{"İPUCU", Label::hint},
    Words{"ПОДСКАЗКА", Label::hint},
    Words{"УКАЗІВКА", Label::hint},
    Words{"მინიშნება", Label::hint},
    Words{"ヒント", Label::hint},
    Words{"提示", Label::hint},
    Words{"힌트", Label::hint},
    Words{"ANFRAGE", Label::query},
    Words{"CONSULTA", Label::query},
    Words{"FRÅGA", Label::query},
    Words{"QUERY", Label::query},
    Words{"REQUÊTE", Label::query},
    Words{"SORGU", Label::query},
    Words{"ZAPYTANIE", Label::query},
    Words{"ЗАПИТ", Label::query},
    Words{"ЗАПРОС", Label::query},
    Words{"მოთხოვნა", Label::query},
    Words{"問い合わせ", Label::query},
    Words{"查询", Label::query},
    Words{"쿼리", Label::query},
    Words{"CONTESTO", Label::context},
    Words{"CONTEXT", Label::context},
    Words{"CONTEXTE", Label::context},
    Words{"CONTEXTO", Label::context},
    Words{"KONTEKS", Label::context},
    Words{"KONTEKST", Label::context},
    Words{"KONTEXT", Label::context},
    Words{"ORTAM", Label::context},
    Words{"ZUSAMMENHANG", Label::context},
    Words{"КОНТЕКСТ", Label::context},
    Words{"კონტექსტი", Label::context},
    Words{"上下文", Label::context},
    Words{"文脈", Label::context},
    Words{"내용", Label::context},
    Words{"ANWEISUNG", Label::statement},
    Words{"COMANDO", Label::statement},
    Words{"INSTRUCTION", Label::statement},
    Words{"ISTRUZIONE", Label::statement},
    Words{"KOMUT", Label::statement},
    Words{"PERNYATAAN", Label::statement},
    Words{"SATS", Label::statement},
    Words{"SENTENCIA", Label::statement},
    Words{"STATEMENT", Label::statement},
    Words{"WYRAŻENIE", Label::statement},
    Words{"ІНСТРУКЦІЯ", Label::statement},
    Words{"ОПЕРАТОР", Label::statement},
    Words{"ოპერატორი", Label::statement},
    Words{"文", Label::statement},
    Words{"语句", Label::statement},
    Words{"명령 구문", Label::statement},
    Words{"EMPLACEMENT", Label::location},
    Words{"LOCAL", Label::location},
    Words{"LOKASI", Label::location},
    Words{"ORT", Label::location},
    Words{"PLATS", Label::location},
    Words{"POSIZIONE", Label::location},
    Words{"POZYCJA", Label::location},
    Words{"UBICACIÓN", Label::location},
    Words{"YER", Label::location},
    Words{"ПОЛОЖЕНИЕ", Label::location},
    Words{"РОЗТАШУВАННЯ", Label::location},
    Words{"მდებარეობა", Label::location},
    Words{"位置", Label::location},
    Words{"場所", Label::location},
    Words{"위치", Label::location},
    Words{"BACKTRACE", Label::backtrace},
    Words{"PILE D'APPEL", Label::backtrace},
    Words{"ВІДСТЕЖУВАТИ", Label::backtrace},
    Words{"СТЕК", Label::backtrace},
    Words{"სტეკი", Label::backtrace},
    Words{"バックトレース", Label::backtrace},
    Words{"역추적", Label::backtrace},
    // Clients and drivers: psql, libpq, pgjdbc (`Where`), pgAdmin.
    Words{"Detail", Label::detail},
    Words{"Hint", Label::hint},
    Words{"Context", Label::context},
    Words{"Where", Label::context},
};

constexpr std::array deadlock_messages{
    std::string_view("deadlock detected"),
    std::string_view("Verklemmung (Deadlock) entdeckt"),
    std::string_view("deadlock upptäckt"),
    std::string_view("deadlock 발생했음"),
    std::string_view("impasse detectado"),
    std::string_view("interblocage (deadlock) détecté"),
    std::string_view("rilevato deadlock"),
    std::string_view("se ha detectado un deadlock"),
    std::string_view("terdeteksi 'deadlock'"),
    std::string_view("wykryto zakleszczenie"),
    std::string_view("çıkmaz (deadlock) durumu saptandı"),
    std::string_view("виявлено взаємне блокування"),
    std::string_view("обнаружена взаимоблокировка"),
    std::string_view("ნაპოვნია ურთიერთბლოკირება"),
    std::string_view("デッドロックを検出しました"),
    std::string_view("检测到死锁"),
};

/// Labels by their last byte: nearly every colon of a log is told to be no label's by one look.
const std::array<std::vector<Words>, 256>& words_by_last_byte() {
  static const auto table = [] {
    std::array<std::vector<Words>, 256> by_byte;
    for (const Words& word : words) by_byte[static_cast<unsigned char>(word.text.back())].push_back(word);
    return by_byte;
  }();
  return table;
}

/// The label that ends at `colon`; none when a letter stands before it.
const Words* label_before(std::string_view line, std::size_t colon) {
  std::string_view front = line.substr(0, colon);
  if (front.ends_with(' ')) front.remove_suffix(1);  // French sets a blank before the colon
  if (front.empty()) return nullptr;
  const Words* best = nullptr;
  for (const Words& candidate : words_by_last_byte()[static_cast<unsigned char>(front.back())]) {
    if (!front.ends_with(candidate.text) || (best != nullptr && best->text.size() > candidate.text.size())) continue;
    const std::size_t begin = front.size() - candidate.text.size();
    const auto before = begin == 0 ? ' ' : front[begin - 1];
    const bool letter = is_word(before) || static_cast<unsigned char>(before) >= 0x80;
    if (!letter) best = &candidate;
  }
  return best;
}

bool is_english(std::string_view label) {
  return std::all_of(label.begin(), label.end(), [](char c) { return is_word(c); });
}

}  // namespace

std::optional<LabelledLine> read_label(std::string_view line) {
  // A prefix is short; a colon far behind it is part of the text.
  constexpr std::size_t farthest = 300;
  for (std::size_t colon = line.find(':'); colon < farthest; colon = line.find(':', colon + 1)) {
    const std::string_view rest = line.substr(colon + 1);
    const bool two_blanks = rest.starts_with("  ") || trim(rest).empty();
    if (!two_blanks && !rest.starts_with(" ")) continue;
    const Words* found = label_before(line, colon);
    if (found == nullptr || (!two_blanks && !is_english(found->text))) continue;
    const std::size_t begin = line.substr(0, colon).rfind(found->text);
    return LabelledLine{line.substr(0, begin), found->label, trim(rest)};
  }
  return std::nullopt;
}

bool says_deadlock(std::string_view message) {
  // The message is short in every language: long ones are statements and the like.
  constexpr std::size_t longest = 160;
  message = message.substr(0, longest);
  return std::any_of(deadlock_messages.begin(), deadlock_messages.end(),
                     [&](std::string_view words_of_it) { return contains(message, words_of_it); });
}

}  // namespace gridlock::logs
