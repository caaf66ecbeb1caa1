// Package replay plays a recording over MQTT as a wearable would: one chunk of
// integer samples per second, in order, each kept until the broker has
// acknowledged it, whatever happens to the connection in between.
//
// It is a device for tests, demonstrations and for bringing files into the
// system. It is not a gateway: it neither stores nor changes the signal, and it
// knows nothing of the analysis beyond the progress that the system reports
// back to it.
package replay
