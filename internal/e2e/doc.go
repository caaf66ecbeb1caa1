// Package e2e holds the tests of the whole system, from a wearable's signal to
// the events in InfluxDB, with the programs as a user runs them. It has no code
// of its own.
//
//	go test ./internal/e2e                      the embedded system
//	HOLTER_DATA=DIR go test ./internal/e2e      and real recordings from DIR
//	make test-real                              real servers, separate programs
//
// The tests need influxd (`make influxd`), the ONNX Runtime library (`make
// onnxruntime`) and a model (models/default, or the folder that HOLTER_MODEL_DIR
// names); they are skipped, and say so, where one is missing.
package e2e
