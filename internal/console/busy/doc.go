// Package busy makes a day with very many events of one patient, as benchmarks of
// the console want it: a simulated heart whose every beat is an event or in one.
package busy
