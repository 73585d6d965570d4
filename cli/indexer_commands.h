/* SPDX-License-Identifier: MIT */
/* indexer_commands - what the indexer does beside bringing an index in step. Each command prints
 * its result, says what is wrong, and returns an exit code. The task's place is open, nothing else.
 */
#ifndef QUERN_CLI_INDEXER_COMMANDS_H
#define QUERN_CLI_INDEXER_COMMANDS_H

#include "cli/indexer_task.h"

int quern_command_status(quern_task *task);
int quern_command_check(quern_task *task);
int quern_command_optimize(quern_task *task);
int quern_command_remove(quern_task *task);
int quern_command_list(quern_task *task);
int quern_command_rebuild(quern_task *task);

#endif
