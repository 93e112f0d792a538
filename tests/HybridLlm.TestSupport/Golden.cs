using System.Runtime.CompilerServices;
using Xunit;

namespace HybridLlm.TestSupport;

/// <summary>
/// Compares text with a file in its true format under the test project's <c>Goldens/</c>.
/// <c>UPDATE_GOLDEN=1</c> writes the file instead; the change is then read in the diff.
/// </summary>
public static class Golden
{
    /// <summary>Fails unless <paramref name="actual"/> equals the golden file, line ends aside.</summary>
    public static void Match(string name, string actual, [CallerFilePath] string testFile = "")
    {
        var path = Path.Combine(ProjectFolder(testFile), "Goldens", name);
        var text = Normalise(actual);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            return;
        }

        Assert.True(File.Exists(path), $"No golden {path}. Run once with UPDATE_GOLDEN=1 and read the new file.");
        Assert.Equal(Normalise(File.ReadAllText(path)), text);
    }

    private static string Normalise(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";

    private static string ProjectFolder(string testFile)
    {
        // Deterministic builds map source paths to /_/, so the caller's path only tells the project.
        var mapped = testFile.Replace('\\', '/');
        var start = mapped.LastIndexOf("/tests/", StringComparison.Ordinal);
        Assert.True(start >= 0, $"Goldens belong to a project under tests/, not {testFile}.");
        var project = mapped[(start + "/tests/".Length)..].Split('/')[0];
        return Repository.PathOf("tests", project);
    }
}
