// Package influx runs InfluxDB 1.8 as a child process, for a Holter that runs
// on one machine without a database server of its own.
//
// It finds the program influxd, writes its configuration (Flux enabled, one
// interface, everything in one folder), waits until it answers, stops it in
// order, and sees to it that no server is left behind: the child dies with this
// process, and where the system cannot promise that, the next start on the
// same folder ends the one that was left over.
//
// It creates no database (internal/influx does) and knows no users: keep the
// address on the loopback interface.
package influx
