// Package cli holds the commands of the holter program: what a person types,
// what they are told, and which exit code a script gets. What the commands do is
// in the packages that they call.
//
// Answers and data go to standard output, progress and messages to standard
// error, so that a command's output can be piped on.
package cli
