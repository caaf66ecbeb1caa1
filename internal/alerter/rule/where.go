package rule

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/holterd/holter/internal/alerter/alert"
)

// badDuration is what time.ParseDuration says; the YAML library passes it on
// without a place.
var badDuration = regexp.MustCompile(`^time: .*duration "(.*)"$`)

// located writes a YAML error as name:line: message.
func located(name string, file *ast.File, err error) error {
	var word *alert.UnknownWordError
	if errors.As(err, &word) && file != nil {
		return fmt.Errorf("%s:%d: %w", name, scalarLine(file, word.Text), word)
	}
	var form *WordError
	if errors.As(err, &form) && file != nil {
		return fmt.Errorf("%s:%d: %w", name, scalarLine(file, form.Text), form)
	}
	if m := badDuration.FindStringSubmatch(err.Error()); m != nil && file != nil {
		return fmt.Errorf("%s:%d: %q is not %s", name, scalarLine(file, m[1]), m[1], describe(reflect.TypeFor[time.Duration]()))
	}
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil {
		return fmt.Errorf("%s:1: %w", name, err)
	}
	message, _, _ := strings.Cut(at.GetMessage(), "\n")
	var mismatch *yaml.TypeError
	if errors.As(err, &mismatch) {
		message = fmt.Sprintf("%q is not %s", mismatch.Token.Value, describe(mismatch.DstType))
	}
	return fmt.Errorf("%s:%d: %s", name, at.GetToken().Position.Line, message)
}

func describe(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "a time with its unit, such as 600ms, 30s, 5m or 1h"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Slice:
		return "a list"
	default:
		return "what belongs here"
	}
}

// line finds where a path like $.rules[0].run stands; a key that is missing
// stands where its parent does.
func line(file *ast.File, path string) int {
	for path != "" {
		if p, err := yaml.PathString(path); err == nil {
			if node, err := p.FilterFile(file); err == nil && node != nil && node.GetToken() != nil {
				return startLine(node)
			}
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			break
		}
		path = path[:cut]
	}
	return 1
}

// startLine is the line of a node's first key; a mapping's own token is the
// colon behind it.
func startLine(node ast.Node) int {
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken().Position.Line
	}
	return node.GetToken().Position.Line
}

// scalarLine is the line of the first scalar of that text.
func scalarLine(file *ast.File, text string) int {
	f := &finder{text: text, line: 1}
	for _, doc := range file.Docs {
		ast.Walk(f, doc)
	}
	return f.line
}

type finder struct {
	text  string
	line  int
	found bool
}

// Visit implements ast.Visitor.
func (f *finder) Visit(node ast.Node) ast.Visitor {
	if f.found {
		return nil
	}
	if s, ok := node.(ast.ScalarNode); ok && fmt.Sprint(s.GetValue()) == f.text {
		f.line, f.found = node.GetToken().Position.Line, true
		return nil
	}
	return f
}
