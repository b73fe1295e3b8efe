"""Scripts that ask for far more than they have characters: python script_attacks.py writes them and their list."""
import gzip
import json
import pathlib

HERE = pathlib.Path(__file__).parent
MOST = 250_000
HEAD = "from keras import layers, Sequential, Model, Input\nfrom keras.layers import *\n"
SMALL = "m=Sequential([Input((4,)),Dense(1)])\n"
NOTHING = "found none"
PYTHON = "is not valid Python"
DEEP = "nests too deeply"
LONG = "at most 250000 characters"
WORK = "in proportion to its size"
listed = []


def fill(piece, around="x=%s1\n", size=MOST - 100):
    head = around % ""
    return around.replace("%s", piece * ((size - len(head)) // len(piece)))


def attack(name, text, refusal):
    file = f"script_{name}.py.gz"
    data = text.encode()
    HERE.joinpath(file).write_bytes(gzip.compress(data, 9, mtime=0))
    listed.append({"file": file, "refusal": refusal, "reader": "script"})


# Values that hold the same value again and again.
use = "m=Sequential([Input((4,)),Dense(1,kernel_initializer=a)])\n"
attack("doubled_lists", HEAD + "a=[1]\n" + "a=[a,a]\n" * 40 + use, DEEP)
attack("doubled_lists_flat", HEAD + "a=[1]\n" + "a=[a,a]\n" * 24 + use, f"{WORK}")
attack("doubled_wide", HEAD + "a=[1]*1\na=[1]\n" + "a=[a,a,a,a,a,a,a,a,a,a]\n" * 20 + use, WORK)
attack("doubled_objects", HEAD + "a=Constant(1)\n" + "a=Constant(value=[a,a])\n" * 40 + use, DEEP)
attack("doubled_dictionaries", HEAD + "a={'b':1}\n" + "a={'b':a,'c':a}\n" * 26 + "m=Sequential([Input((4,)),Dense(1)])\nm.compile('sgd',loss=a)\n", WORK)
attack("doubled_cells", HEAD + "a=[LSTMCell(2)]\n" + "a=[a,a]\n" * 40 + "m=Sequential([Input((4,3)),RNN(a)])\n", DEEP)
attack("doubled_text", HEAD + "s='ab'\n" + "s=s+s\n" * 64 + "m=Sequential([Input((4,)),Dense(1,activation=s)])\n", "not run")
attack("doubled_format", HEAD + "s='ab'\n" + 's=f"{s}{s}"\n' * 64 + "m=Sequential([Input((4,)),Dense(1,activation=s)])\n", "not run")
attack("multiplied_text", HEAD + "m=Sequential([Input((4,)),Dense(1,activation='a'*10**9)])\n", "not run")
attack("doubled_sum", HEAD + "a=[1]\n" + "a=a+a\n" * 64 + use, "not run")
attack("extended_list", HEAD + "a=[1]\n" + "a.extend(a)\n" * 64 + use, WORK)
attack("grown_in_loops", HEAD + "a=[]\nfor i in range(1000):\n  for j in range(1000):\n    a.append([i,j])\n" + use, "a list that line 4 changes")
attack("grown_in_building_loops", HEAD + "a=[]\nfor i in range(1000):\n  for j in range(1000):\n    a.append([i,Dense(j)])\n" + use, WORK)
attack("grown_dictionary", HEAD + "a={}\nfor i in range(1000):\n  for j in range(1000):\n    a[i*1000+j]=[i,j]\n" + SMALL, None)
attack("grown_dictionary_of_layers", HEAD + "a={}\nfor i in range(1000):\n  for j in range(1000):\n    a[i*1000+j]=[i,Dense(j)]\n" + SMALL, WORK)
attack("updated_dictionary", HEAD + "a={}\nfor i in range(1000):\n  a[i]=i\n" + "b={}\nfor i in range(1000):\n  b.update(a)\n" + SMALL, None)
attack("updated_dictionary_of_layers", HEAD + "a={}\nfor i in range(1000):\n  a[i]=Dense(1)\n" + "b={}\nfor i in range(1000):\n  b.update(a,z=Dense(1))\n" + SMALL, WORK)
attack("spread_dictionary", HEAD + "def f(**k): return 1\na={}\nfor i in range(1000):\n  a[f'k{i}']=i\nx=[]\nfor i in range(1000):\n  x.append(f(**a))\n" + SMALL, None)
# Numbers beyond any.
attack("power", HEAD + "m=Sequential([Input((4,)),Dense(10**10**10)])\n", "not run")
attack("power_of_powers", HEAD + "x=9" + "**9" * 900 + "\nm=Sequential([Input((4,)),Dense(x)])\n", DEEP)
attack("units_huge", HEAD + "m=Sequential([Input((2**31,)),Dense(2**31)])\n", "parameters can be counted")
attack("units_infinite", HEAD + "m=Sequential([Input((4,)),Dense(1e400)])\n", "whole number")
attack("digits", HEAD + "m=Sequential([Input((4,)),Dense(" + "9" * 200_000 + ")])\n", "not run")
# Loops and calls.
attack("loops_in_loops", HEAD + "m=Sequential()\nfor i in range(1000):\n  for j in range(1000):\n    m.add(Dense(1))\n", "more than 1000 layers")
attack("loops_deep", HEAD + "m=Sequential([Input((4,)),Dense(1)])\n" + "".join(" " * i + f"for v{i} in range(60):\n" for i in range(20)) + " " * 20 + "x=1\n", None)
attack("loops_deep_with_layers", HEAD + "m=Sequential([Input((4,)),Dense(1)])\n" + "".join(" " * i + f"for v{i} in range(60):\n" for i in range(20)) + " " * 20 + "x=Dense(1)\n", WORK)
attack("range_vast", HEAD + "m=Sequential([Input((4,))])\nfor i in range(10**9):\n  m.add(Dense(1))\n", "changes the model")
attack("comprehensions", HEAD + "x=[[[[i for i in range(1000)] for i in range(1000)] for i in range(1000)] for i in range(1000)]\n" + SMALL, WORK)
attack("calls_itself", HEAD + "def f(x):\n  return f(x)\nm=f(1)\n", NOTHING)
attack("call_each_other", HEAD + "def f(x):\n  return g(x)\ndef g(x):\n  return f(x)\nm=f(1)\n", NOTHING)
attack("calls_twice", HEAD + "def f0():\n  return 1\n" + "".join(f"def f{i + 1}():\n  f{i}()\n  return f{i}()\n" for i in range(40)) + "x=f40()\n" + SMALL, f"{DEEP}|{WORK}")
attack("calls_twice_flat", HEAD + "def f0():\n  return 1\n" + "".join(f"def f{i + 1}():\n  f{i}()\n  return f{i}()\n" for i in range(22)) + "x=f22()\n" + SMALL, WORK)
attack("calls_nested", HEAD + "x=1\nx=" + "int(" * 15_000 + "1" + ")" * 15_000 + "\n", f"{PYTHON}|{DEEP}")
attack("names_copied", HEAD + "def f():\n  return 1\n" + ",".join(f"v{i}" for i in range(19_000)) + " = 1\nx=[" + ",".join(["f()"] * 19_000) + "]\n", NOTHING)
attack("functions_in_functions", HEAD + "".join(" " * i + f"def f{i}():\n" for i in range(600)) + " " * 600 + "pass\nf0()\n", PYTHON)
# Networks.
attack("chain", HEAD + "x=i=Input((4,))\n" + "x=Dense(1)(x)\n" * 15_000 + "m=Model(i,x)\n", "1000 layers")
attack("diamonds", HEAD + "x=i=Input((4,))\n" + "x=add([Dense(4)(x),x])\n" * 300 + "m=Model(i,x)\n", None)
attack("models_in_models", HEAD + "m=Sequential([Dense(1)])\n" + "m=Sequential([m])\n" * 12_000, DEEP)
attack("model_in_itself", HEAD + "m=Sequential([Dense(1)])\nm.add(m)\n", "added to itself")
attack("models_in_each_other", HEAD + "m=Sequential([Dense(1)])\nn=Sequential([Dense(1)])\nm.add(n)\nn.add(m)\n", "used twice")
attack("model_twice", HEAD + "m=Sequential([Dense(1)])\nn=Sequential([Input((4,)),m,m])\n", "added twice")
attack("frozen_again", HEAD + "x=i=Input((4,))\n" + "x=Dense(1)(x)\n" * 900 + "m=Model(i,x)\n" + "m.trainable=False\n" * 9_000, WORK)
# The parser.
for name, piece in {
    "not": "not ", "minus": "-", "plus": "1+", "attributes": "a.b", "calls": "f()", "lambdas": "lambda:", "powers": "2**",
    "comparisons": "a<", "and": "a and ", "conditions": "a if b else ", "await": "await ", "numbers": "1 ", "texts": "'a' ",
    "assignments": "a=", "stars": "*", "matrix": "a@", "walrus": "a:=", "backslashes": "\\\n", "yields": "yield ",
}.items():
    attack(f"many_{name}", fill(piece), f"{PYTHON}|{DEEP}|{NOTHING}")
attack("many_members", fill(".b", "x=a%s\n"), f"{PYTHON}|{DEEP}")
attack("many_applied", fill("()", "x=f%s\n"), f"{PYTHON}|{DEEP}")
attack("many_items", fill("[0]", "x=a%s\n"), f"{PYTHON}|{DEEP}")
attack("many_statements", fill("a;", "%s\n"), NOTHING)
attack("many_lines", fill("a\n", "%s\n"), NOTHING)
attack("many_comments", fill("#\n", "%s\n"), NOTHING)
attack("many_values", HEAD + fill("1,", "x=[%s]\n", MOST - 200), NOTHING)
attack("many_entries", HEAD + fill("1:1,", "x={%s}\n", MOST - 200), NOTHING)
attack("many_arguments", HEAD + fill("1,", "Dense(%s)\n", MOST - 200), "by position")
attack("many_named", HEAD + fill("a=1,", "Dense(%s)\n", MOST - 200), "given twice")
attack("many_decorators", fill("@a\n", "%sdef f(): pass\n"), NOTHING)
attack("many_elif", "if a:\n b\n" + fill("elif a:\n b\n", "%s"), NOTHING)
attack("many_imports", fill("a,", "import %sa\n"), NOTHING)
attack("many_fields", fill("{a}", "x=f'%s'\n"), NOTHING)
attack("fields_in_fields", "x=" + 'f"{' * 30_000 + "1" + '}"' * 30_000 + "\n", PYTHON)
attack("comprehension_clauses", fill("for a in a ", "x=[a %s]\n"), f"{PYTHON}|{NOTHING}")
attack("brackets", "x=" + "(" * 120_000 + ")" * 120_000, PYTHON)
attack("brackets_open", "[" * 249_000, PYTHON)
attack("brackets_mixed", ")]}" * 83_000, PYTHON)
attack("brackets_many", "[" * 330_000, LONG)
attack("quotes", '"' * 249_999, f"{PYTHON}|{NOTHING}")
attack("quotes_open", "x='''" + "a'" * 120_000, PYTHON)
attack("indents", "".join(" " * i + "if x:\n" for i in range(690)) + " " * 690 + "y\n", f"{PYTHON}|{DEEP}|{NOTHING}")
attack("while_blocks", HEAD + SMALL + fill("while a:\n a.add(1)\n", "%s", MOST - 300), None)
attack("while_long_in_loop", HEAD + SMALL + "for i in [1,2,3,4,5,6,7,8,9]*1 or range(60):\n while a:\n" + "  m.b(1)\n" * 25_000, None)
attack("while_spaces", HEAD + "while x:\n  " + "a.add" * 20_000 + " " * 100_000 + "\n", DEEP)
attack("class_spaces", "class" + "\n" * 100_000 + "class" + " " * 100_000, PYTHON)
attack("carriage_returns", "x=1\r" * 60_000, NOTHING)
attack("dots", "1." * 120_000, PYTHON)
attack("numbers_dotted", "x=[" + "1.," * 80_000 + "]\n", NOTHING)
# What messages would quote.
attack("long_name", HEAD + "m=Sequential([Input((4,)),Dense(" + "n" * 200_000 + ")])\n", "Dense units is n+…, which is not run")
attack("long_text", HEAD + "m=Sequential([Input((4,)),Dense(1,activation='" + "a" * 200_000 + "')])\n", "an activation that Cellstate has")
attack("long_keyword", HEAD + "m=Sequential([Input((4,)),Dense(1," + "k" * 200_000 + "=1)])\n", "has no argument")
attack("long_path", HEAD + "import a\nx=a" + ".b" * 1_000 + "\nm=Sequential([Input((4,)),Dense(1,activation=x)])\n", f"{PYTHON}|{DEEP}|not run")
attack("long_class", "class " + "C" * 200_000 + "(Model):\n  pass\n", "made by classes")
attack("escapes", HEAD + 'm=Sequential([Dense(units="\x1b[2J\x1b]0;owned\x07")])\n', "")
attack("escapes_name", HEAD + 'm=Sequential([Input((4,)),Dense("\u202e\x9b31m", name="\x1b[31m\u202egnp")])\n', "")
attack("key_proto", HEAD + "d={'__proto__':{'units':3},'units':2}\nm=Sequential([Input((4,)),Dense(**d)])\n", "no argument __proto__")
attack("key_constructor", HEAD + "m=constructor(1)\nm=toString()\nm=__proto__(1)\n", NOTHING)
attack("zeros", HEAD + "m=Sequential([Input((0,)),Dense(0)])\n", "expected")
HERE.joinpath("attacks-scripts.json").write_text(json.dumps(listed, indent=2) + "\n")
