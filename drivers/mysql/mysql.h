#pragma once
/// MySQL and MariaDB, through the classic protocol (MariaDB Connector/C) or the X Protocol (Oracle's Connector/C++).
#include <memory>
#include <string>
#include <vector>

#include "drivers/live/server.h"
#include "drivers/live/url.h"

namespace gridlock::mysql {

/// The parameters that a `mysql://` or `mariadb://` URL may have: the words of the servers' own clients.
std::vector<std::string> url_parameters();

/// `shown`: the URL without its password. Whether MySQL or MariaDB answers is found out when it does.
std::unique_ptr<live::Server> make_server(live::Url url, std::string shown);

}  // namespace gridlock::mysql
