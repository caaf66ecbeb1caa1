// Package mqtt runs an MQTT broker inside the process that does not lose what
// it has accepted, for a Holter that runs on one machine without a broker of
// its own.
//
// It is mochi-mqtt with a hook around its delivery. On its own that library
// acknowledges a publisher before any subscriber has the message, keeps
// sessions in memory only, drops messages for a subscriber that is slow, and
// resends in no particular order. For the messages that matter (Options.Filters)
// the hook puts a journal on disk in between:
//
//   - a message is on disk, synced, before its publisher is acknowledged;
//   - it stays there until the one subscriber that matters (Options.Session)
//     has acknowledged it, whether that subscriber is connected or not, and
//     over restarts and kills of the process;
//   - it is delivered in the order in which it was accepted, never more than
//     Options.InFlight unacknowledged at once, and again from the oldest
//     unacknowledged one when the subscriber connects anew;
//   - when the journal is full, publishers are not read from until there is
//     room: nothing is dropped.
//
// Delivery is at least once: the same message may come twice. QoS 0 messages
// under these filters are treated like QoS 1 from the broker on.
//
// Retained messages of all topics are on disk, too, before their publisher is
// acknowledged, and are there again after a restart.
//
// Everything else (other topics, other subscribers and their sessions) is
// ordinary MQTT as mochi does it, and is kept in memory only. The package is
// not a general broker for a network of devices: deploy/ configures one for that.
package mqtt
