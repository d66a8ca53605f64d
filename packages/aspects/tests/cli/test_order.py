import json
import re
import textwrap


def dedent(text):
    return textwrap.dedent(text).lstrip("\n")


def test_order_lists_what_runs_and_sums_up_the_rest_of_each_wave(call):
    assert call("order", "small") == (
        0,
        dedent("""
            WAVE  OBJECT                                          WAITS FOR          WHY
            0     1 Namespace, 1 NetworkPolicy, 1 ServiceAccount  -                  rights and limits before
                                                                                     anything runs
            2     1 ConfigMap                                     -                  names and files before what
                                                                                     uses them
            3     statefulset/store                               -                  waits for nothing that runs
            4     job/shop-init                                   statefulset/store  stock the shelves
            5     deployment/shop                                 job/shop-init,     needs stock; sells from it
                                                                  statefulset/store
            """),
        "",
    )


def test_order_gives_every_object_a_line_when_asked(call):
    code, out, _ = call("order", "small", "--all")

    assert code == 0
    assert "2     configmap/shop-config" in out
    assert "0     namespace/aspects" in out


def test_order_as_data_names_the_jobs_as_the_cluster_will(call):
    code, out, _ = call("order", "small", "--json")

    steps = {step["object"]: step for step in json.loads(out)["steps"]}
    assert code == 0
    assert re.fullmatch(r"shop-init-[0-9a-z]+", steps["job/shop-init"]["name"])
    assert steps["deployment/shop"]["waits_for"] == ["job/shop-init", "statefulset/store"]
    assert steps["deployment/shop"]["wave"] > steps["job/shop-init"]["wave"]
    assert steps["1 ConfigMap"]["kinds"] == {"ConfigMap": 1}


def test_order_draws_waves_and_only_the_arrows_that_say_something_new(call):
    assert call("order", "small", "--mermaid")[1] == dedent("""
        flowchart TD
          subgraph wave0["wave 0"]
            n0["1 Namespace, 1 NetworkPolicy, 1 ServiceAccount"]
          end
          subgraph wave2["wave 2"]
            n1["1 ConfigMap"]
          end
          subgraph wave3["wave 3"]
            n2["statefulset/store"]
          end
          subgraph wave4["wave 4"]
            n3(["job/shop-init"])
          end
          subgraph wave5["wave 5"]
            n4["deployment/shop"]
          end
          n2 --> n3
          n3 --> n4
          wave0 ~~~ wave2
          wave2 ~~~ wave3
          wave3 ~~~ wave4
          wave4 ~~~ wave5
        """)


def test_order_is_the_same_each_time(call):
    assert call("order", "small", "--all") == call("order", "small", "--all")


def test_order_refuses_an_environment_that_is_not_there(call):
    code, out, err = call("order", "none")

    assert (code, out) == (2, "")
    assert "there is no environment `none`" in err


def test_order_draws_no_arrow_that_several_others_imply(call, services):
    emit = services["shop"].emit

    def emit_more(values, tools):
        output = emit(values, tools)
        late = {**output["jobs"][0], "name": "shop-late", "after": ["job/shop-init"]}
        late["pod"] = {"containers": [{**late["pod"]["containers"][0], "name": "shop-late"}]}
        orders = [
            {"node": "job/shop-late", "after": ["statefulset/store"], "why": "reads it"},
            {"node": "deployment/shop", "after": ["job/shop-late"], "why": "needs it"},
        ]
        jobs = [*output["jobs"], late]
        return {**output, "jobs": jobs, "order": [*output["order"], *orders]}

    services["shop"].emit = emit_more

    drawn = call("order", "small", "--mermaid")[1]
    assert re.findall(r"n\d --> n\d", drawn) == ["n2 --> n3", "n3 --> n4", "n4 --> n5"]
