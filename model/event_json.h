#pragma once
/// Events as JSON. Only .cpp files include this header: it brings nlohmann/json with it.
#include <optional>
#include <string>

#include "model/event.h"
#include "model/json.h"

namespace gridlock {

/// `{"at": microseconds, "session": 0, "event": "statement-started", ...}`: fields that are empty are left out.
Json to_json(const Event& event);

/// What `to_json` made. Unknown fields are passed over. `problem` says what is wrong with it; an event of an unknown
/// kind has neither an event nor a problem.
struct ReadEvent {
  std::optional<Event> event;
  std::string problem;
};
/// Sessions are numbered below `sessions`; an event that names another is a problem.
ReadEvent event_of(const Json& json, std::size_t sessions);

}  // namespace gridlock
