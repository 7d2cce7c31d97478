// SPDX-License-Identifier: MIT
#pragma once

namespace canirun::report {

/// What the output may look like. Decided once by the command line (flags, environment, isatty); rendering only obeys.
struct Terminal {
  int width = 80;       ///< columns; a line is wrapped or its columns dropped, never broken by the terminal
  bool colour = false;  ///< the 16 ANSI colours, bold and dim; always a second channel
  bool unicode = true;  ///< false: ASCII only, also for text from outside
  bool is_tty = false;  ///< false: tables become tab-separated rows without header or truncation
};

}  // namespace canirun::report
