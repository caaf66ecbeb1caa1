// Package ort runs ONNX graphs on a device through the ONNX Runtime shared
// library: it finds the library, loads it once per process, opens sessions on
// a device, and proves where their nodes run.
//
// It knows nothing of ECGs or language models; pkg/model builds on it.
package ort
