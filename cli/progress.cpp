#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "cli/console.h"
#include "cli/files.h"
#include "cli/report/text.h"
#include "cli/report/words.h"

namespace gridlock {
namespace {

using namespace std::chrono_literals;

constexpr auto quiet_at_first = 1s;
constexpr auto between_redraws = 100ms;

/// Back to the line's beginning; erase to its end (ECMA-48, EL).
constexpr std::string_view erase_line = "\r\x1b[K";

/// A terminal that understands `erase_line`.
bool is_terminal() {
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace

std::string progress_text(const Progress& progress, double seconds, const std::string& what, int width) {
  using report::counted;
  const RunSummary& summary = progress.so_far;
  const std::uint64_t committed = summary.committed + summary.warm_up_transactions;
  std::string out = what.empty() ? "" : what + ": ";
  out += fmt::format("{}, {}, {}", counted(committed, "transaction"), counted(progress.waits, "lock wait"),
                     counted(summary.deadlocks, "deadlock"));
  if (seconds > 0) out += fmt::format(", {:.0f} a second", static_cast<double>(committed) / seconds);
  // an estimate from too little would only jump about
  if (progress.done > 0.01 && progress.done < 1)
    out += fmt::format(", {} left", report::milliseconds(seconds * (1 - progress.done) / progress.done * 1000));
  out = report::clean(out);
  const auto most = static_cast<std::size_t>(std::max(width - 1, 1));
  return report::Text(out).width() <= most ? out : report::Text(out).wrapped(most).front().str(false);
}

ProgressLine::ProgressLine(const Options& options, std::string what)
    : shown_(!options.quiet && is_terminal()), what_(std::move(what)) {
  width_ = shown_ ? style_for(options, STDERR_FILENO).width : 0;
  next_ = began_ + quiet_at_first;
}

void ProgressLine::show(const Progress& progress) {
  const auto now = Clock::now();
  if (!shown_ || now < next_) return;
  next_ = now + between_redraws;
  const double seconds = std::chrono::duration<double>(now - began_).count();
  write_stderr(std::string(erase_line) + progress_text(progress, seconds, what_, width_));
  drawn_ = true;
}

void ProgressLine::clear() {
  if (std::exchange(drawn_, false)) write_stderr(erase_line);
}

}  // namespace gridlock
