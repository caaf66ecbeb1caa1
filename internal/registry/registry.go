// Package registry knows the wearables: whose each one is, which leads it
// sends, and what is to be asked of its signal.
//
// The registry is one YAML file that is read again when it changes. It is not
// where devices are authenticated: that is for the MQTT broker's access list.
package registry

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/holterd/holter/internal/config"
)

// Device is one wearable.
type Device struct {
	Name    string `yaml:"device"`
	Patient string `yaml:"patient"`
	// Leads it may send, as it names them; empty: any.
	Leads []string `yaml:"leads"`
	// Questions are condition codes or whole questions; empty: the analyzer's
	// own.
	Questions []string `yaml:"questions"`
}

// ErrUnknownDevice is returned for a device that is not served.
var ErrUnknownDevice = errors.New("unknown device")

// Registry is the newest registry that could be read. It is safe for
// concurrent use.
type Registry struct {
	path   string
	refuse bool
	now    atomic.Pointer[snapshot]
}

// snapshot is one state of the file; it is never changed.
type snapshot struct {
	devices  map[string]Device
	patients map[string]bool
	modified time.Time
	size     int64
}

// Open reads the registry that cfg names.
func Open(cfg config.Devices) (*Registry, error) {
	r := &Registry{path: cfg.File, refuse: cfg.Unknown == config.UnknownRefuse}
	r.now.Store(&snapshot{})
	if _, err := r.Reload(); err != nil {
		return nil, err
	}
	return r, nil
}

// Lookup returns the device of that name. A device without an entry is its own
// patient where the configuration allows that; else the error is
// ErrUnknownDevice and says what to do.
func (r *Registry) Lookup(name string) (Device, error) {
	s := r.now.Load()
	if d, ok := s.devices[name]; ok {
		return d, nil
	}
	switch {
	case r.refuse:
		return Device{}, fmt.Errorf("%w %q: enter it in the registry file devices.file", ErrUnknownDevice, name)
	case s.patients[name]:
		// Its signal would be taken for that patient's.
		return Device{}, fmt.Errorf("%w %q, which has the name of a patient: enter it in the registry file devices.file",
			ErrUnknownDevice, name)
	}
	return Device{Name: name, Patient: name}, nil
}

// Reload reads the file if it has changed since it was last read. When it
// cannot be read, the earlier registry stays in force.
func (r *Registry) Reload() (changed bool, err error) {
	if r.path == "" {
		return false, nil
	}
	info, err := os.Stat(r.path)
	if err != nil {
		return false, fmt.Errorf("read the device registry: %w; correct devices.file", err)
	}
	if s := r.now.Load(); s.modified.Equal(info.ModTime()) && s.size == info.Size() {
		return false, nil
	}
	document, err := os.ReadFile(r.path)
	if err != nil {
		return false, fmt.Errorf("read the device registry: %w; correct devices.file", err)
	}
	devices, err := parse(document)
	if err != nil {
		return false, fmt.Errorf("device registry %s is wrong:\n%w", r.path, err)
	}
	s := newSnapshot(devices)
	s.modified, s.size = info.ModTime(), info.Size()
	r.now.Store(s)
	return true, nil
}

func newSnapshot(devices []Device) *snapshot {
	s := &snapshot{devices: make(map[string]Device), patients: make(map[string]bool)}
	for _, d := range devices {
		s.devices[d.Name] = d
		s.patients[d.Patient] = true
	}
	return s
}

// Len is the number of registered devices.
func (r *Registry) Len() int { return len(r.now.Load().devices) }
