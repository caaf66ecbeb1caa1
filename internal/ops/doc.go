// Package ops is what an operator sees of every Holter service: its log, its
// metrics and health over HTTP, and its flags and exit codes.
package ops
