package ort

import (
	"fmt"
	"sync"

	onnx "github.com/yalue/onnxruntime_go"
)

// The runtime allows one environment, from one library, per process. It is
// loaded by the first that needs it and stays: unloading it under threads that
// it started is not safe.
var environment struct {
	sync.Mutex
	library string
}

// Load loads the library, once per process. Loading the same library again
// does nothing; loading another one is an error.
func Load(library string) error {
	environment.Lock()
	defer environment.Unlock()
	if environment.library == library {
		return nil
	}
	if environment.library != "" {
		return fmt.Errorf("load ONNX Runtime from %s: this process already runs the one in %s, and can run only one",
			library, environment.library)
	}
	if !onnx.IsInitialized() { // by someone else in this process
		onnx.SetSharedLibraryPath(library)
		if err := onnx.InitializeEnvironment(onnx.WithLogLevelError()); err != nil {
			return fmt.Errorf("load ONNX Runtime from %s: %w (it must be version 1.24 or later, for this system;"+
				" get one with: make onnxruntime)", library, err)
		}
	}
	environment.library = library
	return nil
}

// LoadedVersion is the version of the library that is loaded.
func LoadedVersion() string { return onnx.GetVersion() }
