package config

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with a configuration.
type Problem struct {
	Line   int    // in the file; 0 when it comes from elsewhere
	Key    string // section.key, or the variable's name
	Detail string // what is wrong and what to write instead
}

func (p Problem) String() string {
	if p.Line > 0 {
		return fmt.Sprintf("line %d: %s: %s", p.Line, p.Key, p.Detail)
	}
	return fmt.Sprintf("%s: %s", p.Key, p.Detail)
}

// Problems are all the things that are wrong with a configuration. It is the
// error of Load and of Validate.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// errorOrNil avoids an error value that holds no problem.
func (p Problems) errorOrNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

func (p *Problems) add(key, format string, args ...any) {
	*p = append(*p, Problem{Key: key, Detail: fmt.Sprintf(format, args...)})
}
