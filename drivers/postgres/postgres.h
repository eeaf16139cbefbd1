#pragma once
/// PostgreSQL through libpqxx, and what speaks its protocol.
#include <memory>
#include <string>
#include <vector>

#include "drivers/live/server.h"
#include "drivers/live/url.h"

namespace gridlock::postgres {

/// The parameters that a URL may have: libpq's own words.
std::vector<std::string> url_parameters();

/// `shown`: the URL without its password.
std::unique_ptr<live::Server> make_server(live::Url url, std::string shown);

}  // namespace gridlock::postgres
