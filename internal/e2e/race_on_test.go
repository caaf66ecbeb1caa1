//go:build race

package e2e

// underRace tells that the race detector is on. It would see only this test's
// own code: the programs are processes of their own.
const underRace = true
