#pragma once
/// One transaction as a session goes through it: its steps one by one, loops unrolled, parameters drawn.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "workloads/expand/random.h"
#include "workloads/expand/sampler.h"
#include "workloads/workload.h"

namespace gridlock {

/// How often each sequence was drawn from. Looked up by address, never walked.
using DrawCounts = std::map<const Parameter*, std::uint64_t>;

/// What the scripts of all sessions share.
struct SharedDraws {
  expand::Sampler sampler;
  DrawCounts counts;
  std::uint64_t first = 1, stride = 1;  ///< draw numbers of a part of a storm: no two parts share one
};

class Script {
 public:
  Script(SharedDraws& shared, expand::Random random) : shared_(&shared), random_(random) {}

  /// A new transaction: parameters are drawn.
  void begin(const TransactionType& type);

  /// The same transaction from its first step on: what was drawn before is drawn again, in the same order.
  /// REQUIRES: `begin`.
  void again();

  /// The next statement or pause; null after the last one.
  const Step* next();

  /// Name of the step that `next` gave; in a loop with the rounds: `2.1#3`.
  std::string step_name() const;

  /// Values for the statement's parameters; null for one that `into` found no row for.
  std::vector<Value> bind(const Prepared& statement) const;

  /// Saves a row under the step's `into` names; no row saves nulls. REQUIRES: the row has columns for all of them.
  void save(const Step& step, const std::vector<std::vector<Value>>& rows);

 private:
  /// Where the walk stands in one list of steps; the first is the transaction's own.
  struct Frame {
    const std::vector<Step>* steps;
    const Step::Loop* loop;  ///< null for the transaction's own steps
    std::size_t next;
    std::int64_t round;
  };

  void draw(const std::vector<Parameter>& parameters);
  Value draw(const Parameter& parameter);
  Value draw_new(const Parameter& parameter);
  std::uint64_t count(const Parameter& parameter);

  SharedDraws* shared_;
  expand::Random random_;
  DrawCounts own_counts_;
  const TransactionType* type_ = nullptr;
  std::vector<Frame> frames_;
  const Step* step_ = nullptr;
  std::map<std::string, Value> values_;
  std::vector<Value> drawn_;  ///< by this transaction, all attempts
  std::size_t replayed_ = 0;  ///< of `drawn_`, by this attempt
};

}  // namespace gridlock
