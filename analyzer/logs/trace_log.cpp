// A trace that gridlock wrote itself. One file may hold several, each behind its own header.
#include <utility>

#include "analyzer/lock_waits.h"
#include "analyzer/logs/flavour.h"
#include "analyzer/logs/text.h"
#include "model/trace.h"

namespace gridlock::logs {
namespace {

class TraceFlavour : public Flavour {
 public:
  explicit TraceFlavour(Telling& telling) : telling_(telling) {}

  bool is_own_line(std::string_view line) const override { return is_trace_line(line); }

  std::size_t read(const Source& source) override {
    Cursor cursor(source.text, source.first_line, source.numbers);
    Line line;
    std::size_t begin = std::string_view::npos;
    std::uint32_t first = 0;
    while (cursor.next(line)) {
      if (!is_trace_line(line.text)) continue;
      if (begin != std::string_view::npos) read_one(source.text.substr(begin, line.offset - begin), first);
      begin = line.offset;
      first = line.number;
    }
    if (begin != std::string_view::npos) read_one(source.text.substr(begin), first);
    return source.text.size();
  }

  void notice(std::string_view) override { seen_ = true; }
  void finish() override {}
  std::string format() const override { return seen_ ? "gridlock-trace" : ""; }

 private:
  void read_one(std::string_view text, std::uint32_t first_line) {
    seen_ = true;
    ReadTrace read = read_trace(text, telling_.file);
    Ledger& ledger = telling_.ledger;
    if (ledger.version.empty()) ledger.version = read.trace.version;
    for (Problem& problem : read.problems) {
      // A damaged line may have told of a deadlock: the trace was not understood as a whole.
      ++ledger.markers;
      ++ledger.not_understood;
      telling_.problem(static_cast<std::uint32_t>(problem.where.line) + first_line - 1, std::move(problem.message),
                       std::move(problem.hint));
    }
    for (Deadlock& deadlock : deadlocks(read.trace)) {
      ++ledger.markers;
      ++ledger.understood;
      telling_.sink.found(std::move(deadlock));
    }
    for (const LockWaitSummary& wait : lock_waits(read.trace)) telling_.add_waits(wait);
  }

  Telling& telling_;
  bool seen_ = false;
};

}  // namespace

bool is_trace_line(std::string_view line) {
  return line.starts_with("{") && contains(line.substr(0, 200), "\"gridlock-trace/");
}

std::unique_ptr<Flavour> trace_flavour(Telling& telling) { return std::make_unique<TraceFlavour>(telling); }

}  // namespace gridlock::logs
