// Package live follows Kafka for everybody who looks at the console: the Board
// knows how patients, devices and alerts stand, and viewers are sent what happens
// to the patient that they look at.
//
// Status, progress, analysed windows and alerts are always followed; signal and events only of the
// partitions whose patients somebody looks at. Each partition is read once,
// whatever the number of viewers. A viewer that is slower than what happens is
// let go, with the reason.
package live
