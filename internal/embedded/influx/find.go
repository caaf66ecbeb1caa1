package influx

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Variable names the environment variable that says where influxd is.
const Variable = "HOLTER_INFLUXD"

// cachedName is the program in the cache folder, where `make influxd` puts it.
const cachedName = "influxd-1.8.10"

// ErrNotFound tells that there is no influxd on this machine.
var ErrNotFound = errors.New("influxd was not found: `make influxd` builds it; or name an InfluxDB 1.8 server program in " + Variable)

// Find returns the path of influxd: what HOLTER_INFLUXD names, else influxd
// beside the running program, else the one in the cache folder, else the one in
// PATH.
func Find() (string, error) {
	if named := os.Getenv(Variable); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("%s names %q: %w", Variable, named, err)
		}
		return path, nil
	}
	var places []string
	if self, err := os.Executable(); err == nil {
		places = append(places, filepath.Join(filepath.Dir(self), "influxd"))
	}
	if cache := cacheFolder(); cache != "" {
		places = append(places, filepath.Join(cache, "holter", "bin", cachedName))
	}
	for _, place := range places {
		if path, err := exec.LookPath(place); err == nil {
			return path, nil
		}
	}
	if path, err := exec.LookPath("influxd"); err == nil {
		return path, nil
	}
	return "", ErrNotFound
}

// cacheFolder is the same on every system, so that the Makefile need not know
// which one it runs on.
func cacheFolder() string {
	if cache := os.Getenv("XDG_CACHE_HOME"); cache != "" {
		return cache
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".cache")
}
