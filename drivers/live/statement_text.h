#pragma once
/// Statements with their parameters bound, without reading the text again each time.
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "drivers/driver.h"
#include "drivers/live/server.h"

namespace gridlock::live {

class StatementTexts {
 public:
  explicit StatementTexts(const Server& server) : server_(server) {}

  /// The call's statement as it is sent: in the server's words, values as literals of the dialect.
  std::string bound(const Call& call);

 private:
  /// Text between the parameters; `parameter` stands behind `text`.
  struct Piece {
    std::string text;
    std::size_t parameter = 0;
  };
  struct Template {
    std::shared_ptr<const Prepared> statement;  ///< keeps the key alive
    std::vector<Piece> pieces;
    std::string rest;
  };

  const Template& template_of(const std::shared_ptr<const Prepared>& statement);

  const Server& server_;
  std::unordered_map<const Prepared*, Template> templates_;
};

}  // namespace gridlock::live
