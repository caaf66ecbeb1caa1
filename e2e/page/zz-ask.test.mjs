import "./ask.js";
