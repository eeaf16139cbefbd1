#include <fmt/format.h>

#include "analyzer/rules/advice.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {

Diagnosis unknown(const Scene& scene) {
  Diagnosis diagnosis;
  if (scene.size() < 2) {
    diagnosis.title = "A deadlock whose other parties are not known";
    diagnosis.explanation =
        scene.actors.empty() ? "" : scene.actors[0].party->name + " was told of a deadlock. " + cycle_in_words(scene);
  } else {
    diagnosis.title = fmt::format("{} transactions wait for each other", scene.size());
    diagnosis.explanation = cycle_in_words(scene) + " No rule knows this pattern.";
  }
  diagnosis.advice.push_back(retry(scene));
  diagnosis.advice.push_back(shorten());
  diagnosis.folklore = {retries_do_not_cure()};
  return diagnosis;
}

}  // namespace gridlock::rules
