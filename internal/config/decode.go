package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// DecodeYAML sets in the structure that into points to what the document says,
// and leaves the rest. Fields need a yaml tag; they may be texts, numbers,
// true/false, times, sizes, lists and structures. The error is a Problems with
// everything that is wrong, by line; unknown keys are wrong.
func DecodeYAML(document []byte, into any) error {
	return decodeYAML(document, into).errorOrNil()
}

func decodeYAML(document []byte, into any) Problems {
	file, err := parser.ParseBytes(document, 0)
	if err != nil {
		return Problems{syntaxProblem(err)}
	}
	var p Problems
	for _, doc := range file.Docs {
		if doc.Body != nil {
			decodeNode(doc.Body, "", reflect.ValueOf(into).Elem(), &p)
		}
	}
	return p
}

func syntaxProblem(err error) Problem {
	p := Problem{Key: "YAML", Detail: err.Error()}
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		p.Detail = syntax.GetMessage()
		if token := syntax.GetToken(); token != nil && token.Position != nil {
			p.Line = token.Position.Line
		}
	}
	return p
}

// decodeNode sets into from the node that stands at the key path.
func decodeNode(node ast.Node, path string, into reflect.Value, p *Problems) {
	switch n := node.(type) {
	case *ast.NullNode: // "key:" leaves the default
		return
	case ast.MapNode:
		if into.Kind() == reflect.Struct {
			decodeMap(n, path, into, p)
			return
		}
	case *ast.SequenceNode:
		if into.Kind() == reflect.Slice {
			list := reflect.MakeSlice(into.Type(), len(n.Values), len(n.Values))
			for i, v := range n.Values {
				decodeNode(v, fmt.Sprintf("%s[%d]", path, i), list.Index(i), p)
			}
			into.Set(list)
			return
		}
	default:
		if text, ok := scalarText(node); ok && isScalar(into) {
			if err := setScalar(into, text); err != nil {
				p.at(node, path, "%v", err)
			}
			return
		}
	}
	if path == "" {
		path = "YAML"
	}
	p.at(node, path, "is not %s", describe(into.Type()))
}

func decodeMap(node ast.MapNode, path string, into reflect.Value, p *Problems) {
	fields := fieldsOf(into)
	for entries := node.MapRange(); entries.Next(); {
		name, ok := scalarText(entries.Key())
		key := strings.TrimPrefix(path+"."+name, ".")
		field, known := fields[name]
		if !ok || !known {
			p.at(entries.Key(), key, "%s", unknownKey(name, fields))
			continue
		}
		decodeNode(entries.Value(), key, field, p)
	}
}

func scalarText(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	default:
		return "", false
	}
}

func (p *Problems) at(node ast.Node, key, format string, args ...any) {
	line := 0
	if token := node.GetToken(); token != nil && token.Position != nil {
		line = token.Position.Line
	}
	*p = append(*p, Problem{Line: line, Key: key, Detail: fmt.Sprintf(format, args...)})
}
