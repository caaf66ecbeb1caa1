package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Limits are what is known of how far a model's findings go, from its model card.
type Limits struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Kinds are sentences by the code of the condition.
	Kinds map[string]string `json:"kinds"`
	// General are sentences about the rest.
	General []string `json:"general"`
}

// LimitsFile is the name of the file in a model folder. A model does without.
const LimitsFile = "limits.json"

// ReadLimits reads what a model folder says; none when it says nothing.
func ReadLimits(dir string) ([]Limits, error) {
	path := filepath.Join(dir, LimitsFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what the model cannot do: %w", err)
	}
	var l Limits
	if err := json.Unmarshal(text, &l); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return []Limits{l}, nil
}

// of tells whether they are about a model as stored windows name it.
func (l Limits) of(model string) bool { return model == strings.TrimSpace(l.Name+" "+l.Version) }
