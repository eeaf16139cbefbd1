#pragma once
/// The commands. Each joins the rooms, delivers its report and returns the exit code.
#include "cli/options.h"

namespace gridlock {

int run_command(const Options& options);
int explore_command(const Options& options);
int replay_command(const Options& options);
int predict_command(const Options& options);
int compare_command(const Options& options);
int merge_command(const Options& options);
int analyze_command(const Options& options);
int check_command(const Options& options);
int locks_command(const Options& options);
int import_command(const Options& options);

}  // namespace gridlock
