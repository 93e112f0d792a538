using System.Diagnostics;
using System.Text.Json;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>The README's first command, as a process of its own.</summary>
public sealed class QuickStartTests
{
    private static readonly string[] s_acts = ["plan", "up", "ask", "reclaim", "sleep", "down"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("federated", "--json")]
    [InlineData("direct", "--json", "--direct")]
    public async Task It_shows_the_whole_life_and_leaves_nothing(string mode, params string[] arguments)
    {
        var result = await Command.TryAsync(QuickStart(arguments));

        result.ExitCode.ShouldBe(0, result.Error);
        using var report = JsonDocument.Parse(result.Output);
        var root = report.RootElement;
        root.GetProperty("answer").GetString().ShouldBe(root.GetProperty("undisturbedAnswer").GetString());
        root.GetProperty("answer").GetString()!.Length.ShouldBeGreaterThan(100);
        var reclaim = root.GetProperty("reclaim");
        reclaim.GetProperty("answer").GetString().ShouldBe(reclaim.GetProperty("undisturbedAnswer").GetString());
        reclaim.GetProperty("pausesInVirtualSeconds").GetArrayLength().ShouldBe(2);
        root.GetProperty("receipt").GetProperty("left").GetInt32().ShouldBe(0);
        root.GetProperty("spentUsd").GetDecimal().ShouldBeInRange(0.001m, 0.20m);

        var plan = root.GetProperty("plan");
        plan.GetProperty("mode").GetString().ShouldBe(mode);
        plan.GetProperty("offers").GetArrayLength().ShouldBeGreaterThanOrEqualTo(3);
        var addresses = plan.GetProperty("proofs")
            .EnumerateArray()
            .Single(p => p.GetProperty("name").GetString() == "addresses");
        addresses
            .GetProperty("statement")
            .GetString()!
            .ShouldContain("10.42.0.0/16 would collide with GPU cluster pods");
        plan.GetProperty("rejected")
            .EnumerateArray()
            .Select(r => r.GetProperty("instanceType").GetString())
            .ShouldContain("p3.2xlarge");
        plan.GetProperty("cost").GetProperty("awakePerHour").GetDecimal().ShouldBeGreaterThan(0);

        var acts = root.GetProperty("timeline")
            .EnumerateArray()
            .Where(t => t.GetProperty("stage").ValueKind == JsonValueKind.Null)
            .ToList();
        acts.Select(t => t.GetProperty("act").GetString()).ShouldBe(s_acts);
        acts.Single(t => t.GetProperty("act").GetString() == "ask")
            .GetProperty("virtualSeconds")
            .GetDouble()
            .ShouldBeGreaterThan(190);
    }

    [Fact]
    public async Task Interrupted_in_the_middle_it_takes_everything_down_and_says_so()
    {
        using var process = Process.Start(QuickStart())!;
        var output = "";
        while (await process.StandardOutput.ReadLineAsync(Token) is { } line)
        {
            output += line + '\n';
            if (line.Contains("boots.", StringComparison.Ordinal))
            {
                await Command.RunAsync(RealTools.RequireOnPath("kill"), "-TERM", $"{process.Id}");
                break;
            }
        }

        output += await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);

        process.ExitCode.ShouldBe(130, output);
        output.ShouldContain("Interrupted: taking everything down before leaving.");
        output.ShouldContain("A fresh scan of 5 regions finds nothing left.");
        output.ShouldContain("Everything is taken down.");
    }

    [Fact]
    public async Task An_unknown_argument_is_named()
    {
        var result = await Command.TryAsync(QuickStart("--jsno"));

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("--jsno");
    }

    private static ProcessStartInfo QuickStart(params string[] arguments)
    {
        // The sample is built with the tests, in the same configuration, beside them.
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var program = Repository.PathOf("artifacts", "bin", "QuickStart", configuration, "QuickStart.dll");
        return new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }
}
