// Package web holds what every answer of the console's HTTP server has in
// common: errors as JSON with a remedy, security headers, the checks of requests
// (host, origin, media type, size), and streams that outlive the server's write
// timeout. It knows nothing of Holter.
package web
