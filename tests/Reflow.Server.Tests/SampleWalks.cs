namespace Reflow.Server.Tests;

/// <summary>What each sample flow promises, walked step by step.</summary>
static partial class SampleWalks
{
    /// <summary>The walks by the name of their file.</summary>
    public static Dictionary<string, Func<SampleFlow, Task>> All => Asking.Concat(Returning).Concat(Rejecting).ToDictionary();
}
