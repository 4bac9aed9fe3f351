namespace Reflow.Core.Reports;

/// <summary>How a tenant's reports behave where Feishu's documents leave a choice (contracts: report §2, §4).</summary>
/// <param name="Enabled">Whether the tenant has reports; without, every call answers <see cref="ReportErrors.TenantNotExist"/>.</param>
/// <param name="RequirePageToken">Whether the first page must be asked for with an empty <c>page_token</c>, or may leave it out.</param>
/// <param name="UserMaxItems">How many reports a user token gets at once before they are paged.</param>
/// <param name="CcCountsAsReceived">Whether a copy makes a report one of those that a user token sees.</param>
/// <param name="ExactRuleNames">Whether a rule is only found by its whole name, or also by a part of it.</param>
public sealed record ReportSettings(
    bool Enabled = true, bool RequirePageToken = true, int UserMaxItems = 1000, bool CcCountsAsReceived = true, bool ExactRuleNames = false);
