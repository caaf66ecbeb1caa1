// All tests of the page: one process, so that they share a browser.

import "./load.js";
import "./list.js";
import "./trace.js";
import "./review.js";
import "./alerts.js";
import "./ask.js";
import "./connection.js";
import "./modules.js";
import "./looks.js";
