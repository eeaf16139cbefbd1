#include "cli/report/index_picture.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace gridlock::report {
namespace {

struct Locked {
  bool shared = false;
  bool exclusive = false;
  bool any() const { return shared || exclusive; }
  std::string suffix() const { return exclusive || !shared ? "" : "S"; }
  void add(bool is_exclusive) { (is_exclusive ? exclusive : shared) = true; }
};

/// An entry with the gap before it; the last one is the end of the index.
struct Place {
  std::vector<Value> key;
  std::string text;
  Locked record, gap;
};

std::string as_lock_data(const std::vector<Value>& key) {
  std::string text;
  for (const Value& value : key) {
    if (!text.empty()) text += ", ";
    text += std::holds_alternative<std::string>(value) ? "'" + to_text(value) + "'" : to_text(value);
  }
  return text;
}

class Picture {
 public:
  explicit Picture(const IndexEntries& index) : descending_(index.descending) {
    for (const auto& key : index.keys) places_.push_back({key, as_lock_data(key), {}, {}});
    places_.push_back({{}, "+inf", {}, {}});
  }

  void add(const Lock& lock) {
    Place* place = place_of(lock);
    if (place == nullptr) return;
    const bool exclusive = lock.mode.starts_with('X');
    const bool gap_only = lock.kind == LockKind::gap || lock.kind == LockKind::insert_intention;
    if (lock.supremum || gap_only || lock.kind == LockKind::next_key) place->gap.add(exclusive);
    if (!lock.supremum && !gap_only) place->record.add(exclusive);
  }

  std::string draw() const {
    std::string line;
    bool gap_in_line = false;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Place& place = places_[i];
      const bool end = i + 1 == places_.size();
      if (!is_near(i)) {
        if (!gap_in_line) append(line, "...");
        gap_in_line = true;
        continue;
      }
      gap_in_line = false;
      const std::string before = i == 0 ? "-inf" : places_[i - 1].text;
      const std::string comma =
          place.text.find(", ") != std::string::npos || before.find(", ") != std::string::npos ? " .. " : ",";
      if (place.gap.any()) append(line, "(" + before + comma + place.text + ")" + place.gap.suffix());
      if (end) continue;
      append(line, place.record.any() ? "[" + place.text + "]" + place.record.suffix() : "(" + place.text + ")");
    }
    return line;
  }

 private:
  static void append(std::string& line, const std::string& part) { line += (line.empty() ? "" : " ") + part; }

  /// Locked, or beside what is.
  [[nodiscard]] bool is_near(std::size_t i) const {
    const bool last = i + 1 == places_.size();
    if (places_[i].record.any() || places_[i].gap.any()) return true;
    if (last) return false;
    return places_[i + 1].gap.any() || places_[i + 1].record.any() || (i > 0 && places_[i - 1].record.any());
  }

  Place* place_of(const Lock& lock) {
    if (lock.supremum) return &places_.back();
    for (Place& place : places_)
      if (place.text == lock.data) return &place;
    std::vector<Value> key;
    for (const KeyPart& part : lock.key) {
      if (!part.value) return nullptr;
      key.push_back(*part.value);
    }
    if (key.empty()) return nullptr;
    for (Place& place : places_)
      if (place.key == key) return &place;
    const auto at =
        std::find_if(places_.begin(), places_.end() - 1, [&](const Place& place) { return before(key, place.key); });
    return &*places_.insert(at, {key, lock.data, {}, {}});
  }

  bool before(const std::vector<Value>& a, const std::vector<Value>& b) const {
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
      const auto order = compare(a[i], b[i]);
      if (order == 0) continue;
      return (order < 0) != (i < descending_.size() && descending_[i]);
    }
    return false;
  }

  std::vector<Place> places_;
  std::vector<bool> descending_;
};

}  // namespace

std::string index_picture(const IndexEntries& index, const std::vector<Lock>& locks) {
  Picture picture(index);
  bool any = false;
  for (const Lock& lock : locks) {
    if (lock.table != index.table || lock.index != index.index || lock.waiting) continue;
    picture.add(lock);
    any = true;
  }
  return any ? picture.draw() : "";
}

}  // namespace gridlock::report
