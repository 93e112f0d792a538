using Xunit;

namespace HybridLlm.TestSupport;

/// <summary>
/// The real programs that <c>eng/tools.sh</c> fetches. A test that needs one skips with a reason where it is absent, and
/// fails instead when <c>HYBRIDLLM_REQUIRE_TOOLS=1</c>, as in CI.
/// </summary>
public static class RealTools
{
    /// <summary>Folder of the tools: <c>HYBRIDLLM_TOOLS</c>, else <c>hybridllm-tools</c> in the user's cache folder.</summary>
    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("HYBRIDLLM_TOOLS") is { Length: > 0 } set ? set : DefaultFolder();

    /// <summary>Path of a fetched program or file, e.g. <c>bin/nebula-cert</c>; skips or fails the test without it.</summary>
    public static string Require(string relativePath)
    {
        var path = Path.Combine(Folder, relativePath);
        return File.Exists(path)
            ? path
            : Missing<string>($"{relativePath} is not in {Folder}; eng/tools.sh fetches it");
    }

    /// <summary>A program every Linux machine has or can install, found on PATH, e.g. <c>openssl</c>.</summary>
    public static string RequireOnPath(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var found = folders.Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
        return found ?? Missing<string>($"{program} is not on PATH");
    }

    private static T Missing<T>(string reason)
    {
        if (Environment.GetEnvironmentVariable("HYBRIDLLM_REQUIRE_TOOLS") == "1")
        {
            Assert.Fail($"HYBRIDLLM_REQUIRE_TOOLS=1 and {reason}.");
        }

        Assert.Skip($"Needs a real tool: {reason}.");
        throw new InvalidOperationException("Skipped.");
    }

    private static string DefaultFolder()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(string.IsNullOrEmpty(cache) ? Path.Combine(home, ".cache") : cache, "hybridllm-tools");
    }
}
