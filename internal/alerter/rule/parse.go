package rule

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"github.com/holterd/holter/deploy"
)

// Load reads a file of rules; an empty path stands for the built-in ones.
func Load(path string) (*Set, error) {
	if path == "" {
		return Parse("built-in rules", deploy.Rules)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the alert rules (alerter.rules): %w", err)
	}
	return Parse(path, text)
}

// Parse reads rules; name stands for the file in errors, each of which begins
// with name:line. Mistakes in structure are reported one at a time, mistakes
// in values all together.
func Parse(name string, text []byte) (*Set, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, located(name, nil, err)
	}
	set := &Set{Delivery: Delivery{
		FirstRetry: time.Second, LongestWait: 5 * time.Minute,
		GiveUpAfter: 24 * time.Hour, Timeout: 10 * time.Second,
	}}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, fmt.Errorf("%s:1: must hold one YAML document with version and rules, holds %d", name, len(file.Docs))
	}
	if err := yaml.NodeToValue(file.Docs[0].Body, set, yaml.Strict()); err != nil {
		return nil, located(name, file, err)
	}
	c := checker{name: name, file: file}
	c.set(set)
	if err := errors.Join(c.problems...); err != nil {
		return nil, err
	}
	return set, nil
}
