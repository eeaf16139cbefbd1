#include "model/trace.h"

#include <algorithm>

#include "model/event_json.h"
#include "model/value_json.h"

namespace gridlock {
namespace {

constexpr std::string_view schema_prefix = "gridlock-trace/";
constexpr std::string_view schema = "gridlock-trace/1";

Json header_json(const Trace& trace) {
  Json json = {{"schema", schema},
               {"workload", utf8(trace.workload)},
               {"engine", utf8(trace.engine)},
               {"version", utf8(trace.version)},
               {"seed", trace.seed}};
  json["sessions"] = Json::array();
  for (const auto& name : trace.sessions) json["sessions"].push_back(utf8(name));
  json["tables"] = utf8(trace.schema);
  return json;
}

/// Reads line by line, and goes on behind what it cannot read.
class TraceReader {
 public:
  explicit TraceReader(const std::string& file) : file_(file) {}

  ReadTrace run(std::string_view text) {
    for (; !text.empty() && state_ != State::no_trace; ++line_) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (state_ == State::before_header) refuse();
    return std::move(result_);
  }

 private:
  enum class State : std::uint8_t { before_header, in_events, no_trace };

  void line(std::string_view text) {
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) return;
    try {
      const Json json = Json::parse(text);
      if (state_ == State::before_header)
        header(json);
      else
        event(json);
    } catch (const Json::parse_error& error) {
      if (state_ == State::before_header) return refuse();
      const auto column = static_cast<int>(std::min(error.byte, text.size()));
      result_.problems.push_back({{file_, line_, column}, "this line is no JSON", "was the file cut?"});
    }
  }

  void refuse() {
    state_ = State::no_trace;
    complain("this is no trace of gridlock", "its first line is {\"schema\":\"gridlock-trace/1\",...}");
  }

  void header(const Json& json) {
    const std::string said = text_of(json, "schema");
    if (!said.starts_with(schema_prefix)) return refuse();
    state_ = State::in_events;
    if (said != schema) complain("this trace is of version `" + said + "`", "this gridlock reads gridlock-trace/1");
    Trace& trace = result_.trace;
    trace.workload = text_of(json, "workload");
    trace.engine = text_of(json, "engine");
    trace.version = text_of(json, "version");
    trace.schema = text_of(json, "tables");
    if (const auto seed = json.find("seed"); seed != json.end() && seed->is_number_unsigned())
      trace.seed = seed->get<std::uint64_t>();
    if (const auto sessions = json.find("sessions"); sessions != json.end() && sessions->is_array())
      for (const auto& name : *sessions) trace.sessions.push_back(name.is_string() ? name.get<std::string>() : "");
  }

  void event(const Json& json) {
    ReadEvent read = event_of(json, result_.trace.sessions.size());
    if (read.event)
      result_.trace.events.push_back(std::move(*read.event));
    else if (read.problem.empty())
      ++result_.skipped;
    else
      complain(read.problem, "");
  }

  static std::string text_of(const Json& json, const char* field) {
    if (!json.is_object()) return {};
    const auto found = json.find(field);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  }

  void complain(std::string message, std::string hint) {
    result_.problems.push_back({{file_, line_, 0}, std::move(message), std::move(hint)});
  }

  const std::string& file_;
  int line_ = 1;
  State state_ = State::before_header;
  ReadTrace result_;
};

}  // namespace

std::string to_json_lines(const Trace& trace) {
  std::string text = header_json(trace).dump() + '\n';
  for (const auto& event : trace.events) text += to_json(event).dump() + '\n';
  return text;
}

ReadTrace read_trace(std::string_view json_lines, const std::string& file) { return TraceReader(file).run(json_lines); }

}  // namespace gridlock
