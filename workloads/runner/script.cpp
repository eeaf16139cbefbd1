#include "workloads/runner/script.h"

#include <variant>

#include "workloads/runner/into.h"

namespace gridlock {

void Script::begin(const TransactionType& type) {
  type_ = &type;
  drawn_.clear();
  again();
}

void Script::again() {
  replayed_ = 0;
  values_.clear();
  step_ = nullptr;
  frames_.assign(1, {&type_->steps, nullptr, 0, 1});
  draw(type_->params);
}

const Step* Script::next() {
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    if (frame.next == frame.steps->size()) {
      if (!frame.loop || frame.round == frame.loop->times) {
        frames_.pop_back();
        continue;
      }
      ++frame.round;
      frame.next = 0;
      draw(frame.loop->params);
    }
    const Step& step = (*frame.steps)[frame.next++];
    if (!step.loop) return step_ = &step;
    frames_.push_back({&step.loop->steps, step.loop.get(), 0, 1});
    draw(step.loop->params);
  }
  return step_ = nullptr;
}

std::string Script::step_name() const {
  std::string name = step_->name;
  for (std::size_t i = 1; i < frames_.size(); ++i) name += (i == 1 ? '#' : '.') + std::to_string(frames_[i].round);
  return name;
}

std::vector<Value> Script::bind(const Prepared& statement) const {
  std::vector<Value> values;
  for (const auto& name : statement.parameters) {
    const auto found = values_.find(name);
    values.push_back(found == values_.end() ? Value() : found->second);
  }
  return values;
}

void Script::save(const Step& step, const std::vector<std::vector<Value>>& rows) {
  for (std::size_t i = 0; i < step.into.size(); ++i) values_[step.into[i]] = saved(rows, i);
}

void Script::draw(const std::vector<Parameter>& parameters) {
  for (const auto& parameter : parameters) values_[parameter.name] = draw(parameter);
}

Value Script::draw(const Parameter& parameter) {
  if (replayed_ == drawn_.size()) drawn_.push_back(draw_new(parameter));
  return drawn_[replayed_++];
}

Value Script::draw_new(const Parameter& parameter) {
  constexpr int patience = 10'000;  // a distribution that practically never varies must not hang the run
  const auto lookup = [this](const std::string& name) {
    const auto found = values_.find(name);
    return found == values_.end() ? Value() : found->second;
  };
  Value drawn;
  for (int i = 0; i < patience; ++i) {
    drawn = shared_->sampler.draw(parameter.distribution, random_, count(parameter), lookup);
    if (!parameter.distinct_from || compare(drawn, lookup(*parameter.distinct_from)) != 0) break;
  }
  return drawn;
}

/// The number of this draw, from 1; only sequences and patterns care.
std::uint64_t Script::count(const Parameter& parameter) {
  const auto* sequence = std::get_if<Sequence>(&parameter.distribution);
  if (!sequence && !std::holds_alternative<Pattern>(parameter.distribution)) return 1;
  if (sequence && sequence->per_session) return ++own_counts_[&parameter];
  return shared_->first + shared_->counts[&parameter]++ * shared_->stride;
}

}  // namespace gridlock
