using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Ollama.Continuity;
using HybridLlm.Testing.Tests.Ollama;

namespace HybridLlm.Ollama.Tests.Continuity;

/// <summary>
/// Our decisions against answers a real server continued: for every recorded cut the request we would send is the recorded one, and
/// whenever we would call the seam exact, the recorded text was.
/// </summary>
public sealed class ContinuationGoldenTests
{
    [Fact]
    public void Requests_are_the_recorded_ones_and_exact_means_equal()
    {
        List<string> differences = [];
        var (planned, exact) = (0, 0);
        foreach (var (name, golden) in Recordings.Continuations)
        {
            foreach (var cut in golden.GetProperty("cuts").EnumerateArray())
            {
                var verdict = Judge(golden, cut);
                planned += verdict.Plan is null ? 0 : 1;
                exact += verdict.Exact ? 1 : 0;
                differences.AddRange(verdict.Differences.Select(d => $"{name} {cut.GetProperty("cut")}: {d}"));
            }
        }

        differences.ShouldBeEmpty();
        // Of 586 recorded cuts, some with penalties; so that an empty archive or an ever doubtful planner cannot pass.
        planned.ShouldBeGreaterThan(500);
        exact.ShouldBeGreaterThan(370);
    }

    /// <summary>So it is enough to probe a model's template once.</summary>
    [Fact]
    public void What_a_template_does_with_the_answer_so_far_does_not_depend_on_where_it_was_cut()
    {
        var verdicts = Recordings
            .Continuations.Select(c =>
                (c.Name, Verdicts: Verdicts(c.Golden).DistinctBy(v => (v.Ends, v.Same)).ToList())
            )
            .Where(v => v.Verdicts.Count > 0)
            .ToList();

        verdicts.ShouldAllBe(v => v.Verdicts.Count == 1);
        verdicts.Select(v => (v.Verdicts[0].Ends, v.Verdicts[0].Same)).Distinct().Count().ShouldBe(3);
        verdicts.Count.ShouldBeGreaterThan(40);
    }

    private static (ContinuationPlan? Plan, bool Exact, IReadOnlyList<string> Differences) Judge(
        JsonElement golden,
        JsonElement cut
    )
    {
        var (asked, soFar, facts) = Situation(golden, cut);
        var plan = ContinuationPlanner.Plan(asked, soFar, facts);
        if (plan.Lost is not null)
        {
            return (null, false, []);
        }

        if (plan.Method == ContinuationMethod.Finish)
        {
            var complete = soFar.Text == golden.GetProperty("undisturbed").GetProperty("text").GetString();
            return (plan, false, complete ? [] : ["called complete"]);
        }

        if (plan.Method == ContinuationMethod.Replay)
        {
            var full = facts.PromptTokens + soFar.Tokens >= facts.ContextLength;
            return (plan, false, asked.Format || full ? [] : ["replays what can be continued"]);
        }

        var recorded = Recorded(golden, cut, plan);
        if (recorded is not { } continued)
        {
            return (plan, false, []);
        }

        List<string> differences = [];
        if (plan.Method == ContinuationMethod.RawPrompt && Sent(plan.Body) != Sent(RawRequest(golden, cut)))
        {
            differences.Add($"sends {Sent(plan.Body)}\n  not {Sent(RawRequest(golden, cut))}");
        }

        var equal = continued.GetProperty("prefix_plus_continuation_equals_undisturbed").GetBoolean();
        var exact = plan.Doubts.Count == 0 && CountsAddUp(golden, soFar, continued);
        if (exact && !equal)
        {
            differences.Add("is called exact and is not");
        }

        return (plan, exact, differences);
    }

    private static (AskedFor, AnswerSoFar, EndpointFacts) Situation(JsonElement golden, JsonElement cut)
    {
        var body = JsonNode.Parse(golden.GetProperty("request").GetRawText())!.AsObject();
        var api = golden.GetProperty("endpoint").GetString() == "/api/chat" ? OllamaApi.Chat : OllamaApi.Generate;
        var model = golden.GetProperty("model").GetString()!;
        ServerIdentity identity = new("0.33.0-rc2", golden.GetProperty("model_digest").GetString());
        AnswerSoFar soFar = new()
        {
            Text = cut.GetProperty("prefix").GetString()!,
            Tokens = IsCounted(cut) ? cut.GetProperty("tokens_already").GetInt32() : null,
        };
        EndpointFacts facts = new()
        {
            Identity = identity,
            Origin = identity,
            Model = Describe(model),
            Rendered =
                golden.TryGetProperty("render", out var render) && render.ValueKind == JsonValueKind.Object
                    ? render.GetProperty("rendered_template").GetString()
                    : null,
            Trailing = Verdicts(golden).FirstOrDefault(),
            ContextLength = new AskedFor(api, body).ContextLength(null),
            PromptTokens = golden
                .GetProperty("undisturbed")
                .GetProperty("last_line")
                .TryGetProperty("prompt_eval_count", out var tokens)
                ? tokens.GetInt32()
                : null,
        };
        return (new AskedFor(api, body), soFar, facts);
    }

    /// <summary>What each cut shows of the model's template: the text so far as its last message.</summary>
    private static IEnumerable<TrailingVerdict> Verdicts(JsonElement golden) =>
        from cut in golden.GetProperty("cuts").EnumerateArray()
        where
            cut.TryGetProperty("trailing_assistant", out var trailing)
            && trailing.ValueKind == JsonValueKind.Object
            && golden.GetProperty("render").ValueKind == JsonValueKind.Object
        select TrailingVerdict.Of(
            golden.GetProperty("render").GetProperty("rendered_template").GetString()!,
            cut.GetProperty("trailing_assistant").GetProperty("rendered_template").GetString()!,
            cut.GetProperty("prefix").GetString()!
        );

    private static ModelDescription Describe(string name)
    {
        var (renderer, parser, parameters, capabilities, addsBos) = Recordings.Model(name);
        return new ModelDescription
        {
            Modelfile = "",
            Template = "",
            Parameters = parameters,
            Renderer = renderer,
            Parser = parser,
            Capabilities = capabilities,
            Info = new Dictionary<string, JsonElement>
            {
                ["tokenizer.ggml.add_bos_token"] = JsonElement.Parse(addsBos ? "true" : "false"),
            },
        };
    }

    private static JsonElement? Recorded(JsonElement golden, JsonElement cut, ContinuationPlan plan)
    {
        var name =
            plan.Method == ContinuationMethod.TrailingAssistant ? "trailing_assistant"
            : StartToken(golden).Length > 0 ? "raw_without_leading_bos"
            : "raw";
        return cut.TryGetProperty(name, out var recorded) && recorded.TryGetProperty("text", out _) ? recorded : null;
    }

    /// <summary>The start token the recorder found must be taken off the rendered prompt; empty if none.</summary>
    private static string StartToken(JsonElement golden) =>
        golden.GetProperty("verdict").GetProperty("by_rule").GetProperty("strip_leading_bos").GetString()!;

    /// <summary>False for cuts inside a word, where no server ends a line: how many tokens that is nobody has counted.</summary>
    private static bool IsCounted(JsonElement cut) => cut.GetProperty("cut").TryGetProperty("after_line", out _);

    /// <summary>The recorded raw request, without the start token.</summary>
    private static JsonObject RawRequest(JsonElement golden, JsonElement cut)
    {
        var request = JsonNode.Parse(cut.GetProperty("raw").GetProperty("request").GetRawText())!.AsObject();
        if (!IsCounted(cut))
        {
            // The recorder guessed; we take nothing off.
            request["options"]!["num_predict"] = 60;
        }

        request["prompt"] = request["prompt"]!.GetValue<string>()[StartToken(golden).Length..];
        return request;
    }

    private static bool CountsAddUp(JsonElement golden, AnswerSoFar soFar, JsonElement continued) =>
        golden.GetProperty("undisturbed").GetProperty("last_line").TryGetProperty("prompt_eval_count", out var prompt)
        && continued.GetProperty("last_line").TryGetProperty("prompt_eval_count", out var read)
        && prompt.GetInt32() + soFar.Tokens == read.GetInt32();

    /// <summary>What matters of a raw request, with its fields in one order.</summary>
    private static string Sent(JsonNode body)
    {
        string[] fields = ["model", "prompt", "raw", "options", "format"];
        return string.Join(
            ", ",
            fields
                .Where(f => body[f] is not null)
                .Select(f => $"{f}: {(f == "options" ? Sorted(body[f]!) : body[f]!.ToJsonString())}")
        );
    }

    private static string Sorted(JsonNode options) =>
        string.Join(
            ' ',
            options
                .AsObject()
                .OrderBy(o => o.Key, StringComparer.Ordinal)
                .Select(o => $"{o.Key}={o.Value?.ToJsonString()}")
        );
}
