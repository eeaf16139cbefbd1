#pragma once
/// MySQL over the X Protocol, by Oracle's Connector/C++ (X DevAPI), where the build found it.
#include <memory>
#include <string>
#include <vector>

#include "drivers/live/server.h"
#include "drivers/live/url.h"

namespace gridlock::mysql {

std::vector<std::string> x_url_parameters();

/// Null: this build has no X DevAPI.
std::unique_ptr<live::Server> make_x_server(live::Url url, std::string shown);

}  // namespace gridlock::mysql
