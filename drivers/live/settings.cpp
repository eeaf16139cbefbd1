#include "drivers/live/settings.h"

#include <fmt/format.h>

#include <utility>

#include "drivers/live/ask.h"

namespace gridlock::live {
namespace {

Problem cannot_set(const std::string& name, const std::string& value, const ServerError& error) {
  return {{}, fmt::format("the setting {} = {} is refused: {} ({})", name, value, error.message, error.code), ""};
}

}  // namespace

std::optional<Problem> GlobalSettings::set(Server& server, Connection& control, const std::string& name,
                                           const std::string& value) {
  if (const auto known = now_.find(name); known != now_.end() && known->second == value) return std::nullopt;
  const Reply before = ask(control, server.global_value(name));
  if (before.error) return cannot_set(name, value, *before.error);
  const Reply reply = ask(control, server.set_global(name, value));
  if (reply.error) return cannot_set(name, value, *reply.error);
  if (!before.rows.empty() && !before.rows.front().empty())
    before_.try_emplace(name, to_text(before.rows.front().front()));
  now_[name] = value;
  return std::nullopt;
}

std::vector<std::string> GlobalSettings::restore(Server& server, Connection* control) {
  std::vector<std::string> sentences;
  now_.clear();
  for (const auto& [name, value] : std::exchange(before_, {})) {
    std::string refusal = "the connection is lost";
    try {
      const Reply reply = control ? ask(*control, server.set_global(name, value)) : Reply{};
      refusal = reply.error ? reply.error->message : control ? "" : refusal;
    } catch (const EngineLost& lost) {
      refusal = lost.what();
    }
    if (!refusal.empty())
      sentences.push_back(fmt::format("the server's {} could not be set back to {}: {}", name, value, refusal));
  }
  return sentences;
}

std::optional<Problem> set_variable(Server& server, Connection& session, Connection& control, GlobalSettings& globals,
                                    const std::string& name, const std::string& value) {
  const Reply reply = ask(session, server.set_variable(name, value));
  if (!reply.error) return std::nullopt;
  if (server.is_global(*reply.error)) return globals.set(server, control, name, value);
  return cannot_set(name, value, *reply.error);
}

}  // namespace gridlock::live
