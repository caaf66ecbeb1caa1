package model

import "github.com/rs/zerolog"

// Options say how to run a model. The zero value is the CPU with two threads.
type Options struct {
	// Device is cpu (the default), cuda or webgpu.
	Device string
	// Threads is how many the CPU's part of the work gets; 0 means 2.
	Threads int
	// Library is the path of the ONNX Runtime shared library. Empty: the
	// environment's HOLTER_ONNXRUNTIME, else the one that make onnxruntime
	// keeps in the cache folder. A process can run only one library.
	Library string
	// Batch is how many answers are written at once; 0 means 16. More at once
	// are faster for each and need more memory.
	Batch int
	// Logger is told how long loading took and where the model runs. The zero
	// value logs nothing.
	Logger zerolog.Logger
}

const defaultBatch = 16
