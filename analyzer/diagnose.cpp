#include <utility>

#include "analyzer/analyzer.h"
#include "analyzer/fingerprint.h"
#include "analyzer/rules/rules.h"

namespace gridlock {

Diagnosis diagnose(const Deadlock& deadlock) {
  const rules::Scene scene(deadlock);
  Diagnosis diagnosis;
  diagnosis.pattern = "unknown";
  for (const rules::Rule& rule : rules::all()) {
    // Without at least two parties there is no pattern to know.
    auto judged = scene.size() < 2 ? std::nullopt : rule.judge(scene);
    if (!judged) continue;
    diagnosis = std::move(*judged);
    diagnosis.pattern = rule.id;
    break;
  }
  if (diagnosis.pattern == "unknown") {
    diagnosis = rules::unknown(scene);
    diagnosis.pattern = "unknown";
  }
  diagnosis.fingerprint = fingerprint(deadlock);
  return diagnosis;
}

}  // namespace gridlock
