#pragma once
/// Where a command's words go: the report to standard output and files, everything else to standard error.
#include <string>
#include <string_view>

#include "cli/options.h"
#include "cli/report/report.h"

namespace gridlock {

/// How text is to look on a stream (1: standard output, 2: standard error): colour and width of a terminal, or plain
/// and 80.
Style style_for(const Options& options, int stream);

/// `error: message` and a hint, to standard error.
void complain(const Options& options, std::string_view message, std::string_view hint = "");

/// Problems with the lines that they point at, to standard error.
void complain(const Options& options, const Problems& problems, std::string_view source);

/// A remark that `--quiet` leaves out, to standard error.
void remark(const Options& options, std::string_view message);

/// Checks, before anything is done, that the reports can be written. Complains and returns false if not.
bool can_deliver(const Options& options);

/// Writes the report in all places and formats asked for. Returns the exit code: the report's, or 2 when it could not
/// be written.
int deliver(const Report& report, const Options& options);

}  // namespace gridlock
