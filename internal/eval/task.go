package eval

import (
	"fmt"
	"strings"
)

// Task is what a question asks for, and with that how its answer is scored.
type Task string

// The tasks.
const (
	// Localization answers are spans of time, or that there are none.
	Localization Task = "localization"
	// Report answers are lists of findings.
	Report Task = "report"
	// QA answers are a few words, or a list of them.
	QA Task = "qa"
	// Comparison answers are as those of QA, about several ECGs.
	Comparison Task = "comparison"
)

// ParseTask reads a task's name; none means Localization, and so do names like
// localization_long.
func ParseTask(name string) (Task, error) {
	switch task := Task(strings.ToLower(name)); {
	case name == "", strings.HasPrefix(string(task), string(Localization)+"_"):
		return Localization, nil
	case task == Localization, task == Report, task == QA, task == Comparison:
		return task, nil
	}
	return "", fmt.Errorf("unknown task %q: it is one of %s, %s, %s, %s", name, Localization, Report, QA, Comparison)
}
