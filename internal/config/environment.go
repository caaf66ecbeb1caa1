package config

import (
	"reflect"
	"sort"
	"strings"

	"github.com/goccy/go-yaml/parser"
)

const envPrefix = "HOLTER_"

// decodeEnvironment sets in cfg what the variables ("NAME=value") say. A name
// that begins like a section's but is no key is wrong; other HOLTER_ names
// belong to other parts.
func decodeEnvironment(environ []string, cfg *Config) Problems {
	var p Problems
	sections := fieldsOf(reflect.ValueOf(cfg).Elem())
	sorted := append([]string(nil), environ...)
	sort.Strings(sorted)
	for _, variable := range sorted {
		name, value, _ := strings.Cut(variable, "=")
		path, ok := strings.CutPrefix(name, envPrefix)
		if !ok {
			continue
		}
		sectionName, key, ok := strings.Cut(strings.ToLower(path), "_")
		section, known := sections[sectionName]
		if !ok || !known {
			continue
		}
		fields := fieldsOf(section)
		field, known := fields[key]
		if !known {
			p.add(name, "%s", unknownKey(key, fields))
			continue
		}
		setFromVariable(name, value, field, &p)
	}
	return p
}

// setFromVariable reads one variable. A list is separated by commas, or a YAML
// list in brackets.
func setFromVariable(name, value string, into reflect.Value, p *Problems) {
	if isScalar(into) {
		if err := setScalar(into, value); err != nil {
			p.add(name, "%v", err)
		}
		return
	}
	if into.Type().Elem().Kind() == reflect.String && !strings.HasPrefix(strings.TrimSpace(value), "[") {
		into.Set(reflect.ValueOf(splitList(value)))
		return
	}
	file, err := parser.ParseBytes([]byte(value), 0)
	if err != nil {
		p.add(name, "%s", syntaxProblem(err).Detail)
		return
	}
	for _, doc := range file.Docs {
		if doc.Body != nil {
			var inner Problems
			decodeNode(doc.Body, name, into, &inner)
			for _, problem := range inner {
				problem.Line = 0
				*p = append(*p, problem)
			}
		}
	}
}

func splitList(value string) []string {
	var list []string
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}
