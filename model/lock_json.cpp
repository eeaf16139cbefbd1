#include "model/lock_json.h"

#include "model/value_json.h"

namespace gridlock {
namespace {

void put(Json& json, const char* field, const std::string& text) {
  if (!text.empty()) json[field] = utf8(text);
}

void put(Json& json, const char* field, bool flag) {
  if (flag) json[field] = true;
}

Json known(const std::string& text) { return text.empty() ? Json(nullptr) : Json(utf8(text)); }

std::string text_of(const Json& json, const char* field) {
  const auto found = json.find(field);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag_of(const Json& json, const char* field) {
  const auto found = json.find(field);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

Json key_part_json(const KeyPart& part) {
  Json json = Json::object();
  put(json, "column", part.column);
  if (part.value) json["value"] = to_json(*part.value);
  return json;
}

KeyPart key_part_of(const Json& json) {
  KeyPart part{text_of(json, "column"), std::nullopt};
  if (const auto value = json.find("value"); value != json.end()) part.value = value_of(*value);
  return part;
}

}  // namespace

Json to_json(const Lock& lock) {
  Json json = {{"kind", to_string(lock.kind)}};
  put(json, "mode", lock.mode);
  put(json, "table", lock.table);
  put(json, "index", lock.index);
  for (const auto& part : lock.key) json["key"].push_back(key_part_json(part));
  put(json, "supremum", lock.supremum);
  put(json, "waiting", lock.waiting);
  put(json, "object", lock.object);
  put(json, "data", lock.data);
  put(json, "doubtful", lock.doubtful);
  return json;
}

std::optional<Lock> lock_of(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  Lock lock;
  lock.kind = lock_kind(text_of(json, "kind")).value_or(LockKind::other);
  lock.mode = text_of(json, "mode");
  lock.table = text_of(json, "table");
  lock.index = text_of(json, "index");
  if (const auto key = json.find("key"); key != json.end() && key->is_array())
    for (const auto& part : *key)
      if (part.is_object()) lock.key.push_back(key_part_of(part));
  lock.supremum = flag_of(json, "supremum");
  lock.waiting = flag_of(json, "waiting");
  lock.object = text_of(json, "object");
  lock.data = text_of(json, "data");
  lock.doubtful = flag_of(json, "doubtful");
  return lock;
}

Json report_json(const Lock& lock) {
  Json json = {{"kind", to_string(lock.kind)},
               {"mode", known(lock.mode)},
               {"table", known(lock.table)},
               {"index", known(lock.index)},
               {"key", nullptr}};
  for (std::size_t i = 0; i < lock.key.size(); ++i) {
    const auto& part = lock.key[i];
    const std::string column = part.column.empty() ? std::to_string(i + 1) : utf8(part.column);
    json["key"][column] = part.value ? plain_json(*part.value) : Json(nullptr);
  }
  put(json, "supremum", lock.supremum);
  put(json, "waiting", lock.waiting);
  put(json, "object", lock.object);
  put(json, "doubtful", lock.doubtful);
  return json;
}

}  // namespace gridlock
