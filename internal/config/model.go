package config

import (
	"os"
	"path/filepath"
)

// shippedModel is where the repository keeps the model.
const shippedModel = "models/default"

// modelDir is the shipped model's folder: below the working directory, else
// beside the folder of the running program (bin/../models/default), so that
// bin/holter works from anywhere.
func modelDir() string {
	if _, err := os.Stat(shippedModel); err == nil {
		return shippedModel
	}
	program, err := os.Executable()
	if err != nil {
		return shippedModel
	}
	beside := filepath.Join(filepath.Dir(program), "..", shippedModel)
	if _, err := os.Stat(beside); err != nil {
		return shippedModel
	}
	return filepath.Clean(beside)
}
